import type { WorkloadName } from '../workloads/calls.ts';
import type { EchoMethod } from '../workloads/values.ts';

/** The two ends of one way to make calls. Each runs in a process of its own. */
export interface Contender {
  /** Serves on a free port of the loopback interface, and gives the port. */
  serve(): Promise<number>;
  /** A new connection. */
  connect(port: number): Promise<Caller>;
}

/** A client with one connection. */
export interface Caller {
  /** Makes some calls, one by one and together; rejects where a result is not the expected one. */
  verify(workload: WorkloadName): Promise<void>;
  /** Keeps `inFlight` calls under way for `ms`, and waits for the last of them. */
  load(workload: WorkloadName, inFlight: number, ms: number): Promise<Load>;
  /** Reads a stream for `ms`; absent where there are none. */
  pour?(ms: number): Promise<Load>;
  /** Makes calls that are never answered; absent where there are no calls. */
  hang?(count: number): void;
  close(): void;
}

export interface Load {
  readonly calls: number;
  /** us of each call, where one call follows the other; empty otherwise. */
  readonly latencies: readonly number[];
}

/** Bytes of one struct and back, without RPC. */
export interface StructCodec {
  /** What a user of the package would hold for a value of `values.ts`. */
  native(value: object): unknown;
  /** The bytes of a native value, in a buffer of their own. */
  bytes(native: unknown): Uint8Array;
  /** What is measured of encoding: `bytes`, or the same into a buffer that is there. */
  encode(native: unknown): unknown;
  /** What is measured of decoding: gives the value of the `i`th message. */
  decoder(messages: readonly Uint8Array[]): (i: number) => unknown;
}

/** Undefined for a struct that has no form there. */
export type CodecOf = (struct: EchoMethod) => StructCodec | undefined;

/** The codec of a package that gives and takes buffers of their own. */
export function ownedCodec<Native>(
  native: (value: object) => Native,
  bytes: (native: Native) => Uint8Array,
  decode: (bytes: Uint8Array) => unknown,
): StructCodec {
  return {
    native,
    bytes: bytes as (native: unknown) => Uint8Array,
    encode: bytes as (native: unknown) => Uint8Array,
    decoder: messages => i => decode(messages[i]!),
  };
}

export type Transport = 'buffered' | 'framed' | 'header';

/** Which contender a process is to be. */
export interface Entrant {
  /** Its name in the report. */
  readonly name: string;
  /** The file that knows how. */
  readonly peer: Peer;
  readonly transport?: Transport;
  readonly protocol?: 'binary' | 'compact';
  /** Of several ways that a package has: which one. */
  readonly variant?: string;
  /** Of ours: the folder of the build. */
  readonly build?: string;
  /** What Node is started with. */
  readonly flags?: readonly string[];
}

export type Peer =
  | 'ours'
  | 'thrift'
  | 'thriftrw'
  | '@grpc/grpc-js'
  | 'protobufjs'
  | '@bufbuild/protobuf'
  | 'avsc'
  | 'msgpackr'
  | 'builtin'
  | 'raw'
  | 'C++';
