import { DecodeError } from '../../errors/decode-error.ts';
import type { RpcError } from '../../errors/rpc-error.ts';
import type { TransportName } from '../../transport/transport.ts';
import type { Call } from '../call.ts';
import type { ConnectionSettings } from './connection-settings.ts';
import { type Circumstances, garbled, lost, misunderstanding } from './failures.ts';
import { FirstBytes } from './first-bytes.ts';

/** What is known of the peer of one connection: whether it has ever answered, and until then its first bytes. */
export class Acquaintance implements Circumstances {
  readonly peer: string;
  readonly #settings: ConnectionSettings;
  #firstBytes: FirstBytes | undefined;
  #garbage: { readonly why: string; readonly cause: unknown } | undefined;
  fresh = true;

  constructor(peer: string, settings: ConnectionSettings) {
    this.peer = peer;
    this.#settings = settings;
  }

  get transport(): TransportName {
    return this.#settings.transport.name;
  }

  get isUnidentified(): boolean {
    return this.#settings.isUnidentified ?? false;
  }

  /** Bytes came of a peer that has not answered yet. Throws a DecodeError when they begin a frame that none expects. */
  heard(bytes: Buffer, length: number): void {
    this.#firstBytes ??= new FirstBytes();
    this.#firstBytes.add(bytes, length);
    // The length of a frame can be read as the length of a name: the message would never come to its end.
    if (this.transport !== 'buffered') return;
    const { seen } = this.#firstBytes;
    if (seen?.kind !== 'messages' || seen.transport === 'buffered') return;
    throw new DecodeError('bad-version', 0, 'a frame begins here');
  }

  answered(): void {
    this.fresh = false;
    this.#firstBytes = undefined;
  }

  /** Why what the peer sent cannot be read, if it cannot. */
  get garbage(): unknown {
    return this.#garbage?.cause;
  }

  /** The peer sent what cannot be read: `error` says why, unless its first bytes tell what it speaks. */
  garbled(error: unknown): void {
    const seen = this.#firstBytes?.seen;
    const { dialect, transport } = this.#settings;
    const own = { protocol: dialect.protocol.name, transport: transport.name };
    const why =
      (seen && misunderstanding(seen, this.peer, own)) ??
      `${this.peer} sent what is no reply: ${error instanceof Error ? error.message : String(error)}`;
    this.#garbage = { why, cause: error };
  }

  /** The error of a call that waited when the connection ended; `midReply` and `sent` are how far it was. */
  loss(call: Call, failure: Error | undefined, midReply: boolean, sent: boolean): RpcError {
    if (this.#garbage === undefined) return lost(call, this, failure, midReply, sent);
    return garbled(call, this, this.#garbage.why, this.#garbage.cause, sent);
  }
}
