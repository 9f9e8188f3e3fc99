/** The 64-bit integers of npm's `thrift` (package `node-int64`): eight bytes, big-endian, from `offset` on. */
export interface ApacheInt64 {
  readonly buffer: Uint8Array;
  readonly offset?: number;
}

/** What is asked of a transport of npm's `thrift`. */
export interface ApacheTransport {
  flush(): unknown;
}

/** A protocol of npm's `thrift`, or anything like it: Apache's TProtocol. */
export interface ApacheProtocol {
  flush(): unknown;
  writeMessageBegin(name: string, type: number, seqid: number): void;
  writeMessageEnd(): void;
  writeStructBegin(name: string): void;
  writeStructEnd(): void;
  writeFieldBegin(name: string, type: number, id: number): void;
  writeFieldEnd(): void;
  writeFieldStop(): void;
  writeMapBegin(key: number, value: number, size: number): void;
  writeMapEnd(): void;
  writeListBegin(element: number, size: number): void;
  writeListEnd(): void;
  writeSetBegin(element: number, size: number): void;
  writeSetEnd(): void;
  writeBool(value: boolean): void;
  writeByte(value: number): void;
  writeI16(value: number): void;
  writeI32(value: number): void;
  /** What it takes is `node-int64`'s class, of which types of this package differ. */
  writeI64(value: never): void;
  writeDouble(value: number): void;
  writeString(value: string): void;
  writeBinary(value: Buffer): void;
  /** Not in the package's older versions. */
  writeUuid?(value: string): void;

  readMessageBegin(): { readonly fname: unknown; readonly mtype: number; readonly rseqid: number };
  readMessageEnd(): unknown;
  readStructBegin(): unknown;
  readStructEnd(): unknown;
  readFieldBegin(): { readonly ftype: number; readonly fid: number };
  readFieldEnd(): unknown;
  readMapBegin(): { readonly ktype: number; readonly vtype: number; readonly size: number };
  readMapEnd(): unknown;
  readListBegin(): { readonly etype: number; readonly size: number };
  readListEnd(): unknown;
  readSetBegin(): { readonly etype: number; readonly size: number };
  readSetEnd(): unknown;
  readBool(): boolean;
  readByte(): number;
  readI16(): number;
  readI32(): number;
  readI64(): ApacheInt64;
  readDouble(): number;
  readString(): string;
  readBinary(): Uint8Array;
  readUuid?(): string;
}

/** A class of protocols. */
export type ApacheProtocolClass = new (transport: never) => ApacheProtocol;
