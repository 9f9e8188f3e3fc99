import { Socket } from 'node:net';
import { Duplex, type Transform } from 'node:stream';

type Done = (error?: Error | null) => void;

/**
 * A stream over another one. What is written goes through `outgoing` to the inner stream; what comes from there
 * goes through `incoming` to the reader. Each batch of writes that wait is one write to `outgoing`, and it is
 * done when the inner stream has taken all that became of it: `writableLength` counts what is not sent, and the
 * bytes are borrowed until then. Ahead of a reader no more is read than the buffers of the parts hold. The end,
 * the errors and the close of the inner stream are this one's; to end or destroy this one does the same to it.
 */
export class LayeredStream extends Duplex {
  readonly #inner: Duplex;
  readonly #outgoing: Transform;
  readonly #incoming: Transform;
  /** Writes that the inner stream has not taken yet. */
  #unsent = 0;
  /** Tells that the batch under way is done; undefined until `outgoing` is through with it. */
  #done: Done | undefined;

  constructor(inner: Duplex, outgoing: Transform, incoming: Transform) {
    super({ allowHalfOpen: inner.allowHalfOpen });
    this.#inner = inner;
    this.#outgoing = outgoing;
    this.#incoming = incoming;
    outgoing.on('data', bytes => this.#send(bytes)).on('error', error => this.destroy(error));
    incoming
      .on('data', bytes => {
        if (!this.push(bytes)) incoming.pause();
      })
      .on('drain', () => inner.resume())
      .on('end', () => this.ended())
      .on('error', error => this.destroy(this.explain(error)));
    inner
      .on('data', chunk => {
        this.arrived(chunk);
        if (!incoming.write(chunk)) inner.pause();
      })
      .on('drain', () => outgoing.resume())
      .on('end', () => this.finish(incoming))
      .on('error', error => this.destroy(error))
      .on('close', () => this.#innerClosed())
      .resume();
  }

  /** True over sockets, which have done with bytes when they say so; of other streams that is not known. */
  get borrows(): boolean {
    return this.#inner instanceof Socket;
  }

  /** A chunk came from the inner stream. */
  protected arrived(_chunk: Buffer): void {}

  /** No more comes from the inner stream. */
  protected finish(incoming: Transform): void {
    incoming.end();
  }

  /** All that came is through `incoming`. */
  protected ended(): void {
    this.push(null);
  }

  /** What an error of `incoming` is to the reader. */
  protected explain(error: Error): Error {
    return error;
  }

  override _read(): void {
    this.#incoming.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    this.#outgoing.write(chunk, error => {
      if (error) return done(error);
      this.#done = done;
      this.#settle();
    });
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done);
  }

  override _final(done: Done): void {
    // An inner stream that may not be half open has ended with the peer: there is nowhere to say more.
    if (!this.#inner.writable) return done();
    this.#outgoing.once('end', () => this.#inner.end(done)).end();
  }

  override _destroy(error: Error | null, done: Done): void {
    for (const part of [this.#outgoing, this.#incoming, this.#inner]) part.destroy();
    done(error);
  }

  #send(bytes: Buffer): void {
    this.#unsent++;
    const goesOn = this.#inner.write(bytes, error => {
      this.#unsent--;
      if (error) this.destroy(error);
      else this.#settle();
    });
    if (!goesOn) this.#outgoing.pause();
  }

  #settle(): void {
    if (this.#unsent > 0 || this.#outgoing.readableLength > 0) return;
    const done = this.#done;
    this.#done = undefined;
    done?.();
  }

  /** What came before the end is still read, and then it is over; without an end it is over now. */
  #innerClosed(): void {
    if (this.#inner.readableEnded && !this.readableEnded) this.once('end', () => this.destroy());
    else this.destroy();
  }
}
