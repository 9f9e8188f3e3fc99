import type { Duplex } from 'node:stream';
import type { Limits } from '../../limits.ts';
import { MessageHeader } from '../../protocol/protocol.ts';
import type { MessageTaker } from '../../transport/cutter.ts';
import { type Envelope, envelopeOf, type Headers, noHeaders } from '../../transport/envelope.ts';
import { CRRST, saysGoodbye } from '../../transport/goodbye.ts';
import { Inbox } from '../../transport/inbox.ts';
import { FrameReader, type FrameType, frameType, streamFrames } from '../../transport/stream-frames.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { ByteWriter } from '../../wire/writer.ts';
import { dialects } from '../dialect.ts';
import { Outbox, type OutboxOwner } from '../outbox.ts';
import { CAPABILITIES, type Grant, grantTexts, Lending, readGrant, WINDOW } from './flow.ts';
import type { MessageForm } from './forms.ts';
import { defaultHeartbeat, Heartbeat, type HeartbeatOwner, type HeartbeatSettings } from './heartbeat.ts';
import { deliver, type StreamEnd } from './stream-end.ts';
import { Turns } from './turns.ts';

/** Who uses a carrier: either end of a connection. */
export interface CarrierOwner {
  /** A Header frame of a stream that is not there, with what stands in it. */
  begun(frame: FrameReader, r: ByteReader): void;
  /** An Rst frame of one. */
  givenUp(frame: FrameReader, r: ByteReader): void;
  /** What was written has been handed to the connection. */
  flushed(): void;
  /** The other end takes no more streams on this connection. */
  drained(): void;
  /** It has said what it can do, before it says anything else. */
  introduced(): void;
  /** Streams were added or removed. */
  changed(): void;
  /** The other end does not answer any more, or does not read. */
  dead(why: string): void;
}

/** What the other end can do beyond Kitex. */
export interface Peer {
  /** Leave that each stream has from the beginning; absent where no leave is needed. */
  readonly initial: Grant | undefined;
  readonly answersPings: boolean;
  /** Whether plain calls may go beside the streams. */
  readonly mixes: boolean;
}

/** Kitex, or what is like it. */
const plain: Peer = Object.freeze({ initial: undefined, answersPings: false, mixes: false });
const PING = 'x-lt-ping';
const PONG = 'x-lt-pong';

const header = new MessageHeader();
const unadorned: Envelope = envelopeOf('binary');

/**
 * The streams of one connection, at either end of it: frames in and out, by the ids of their streams. It knows what
 * travels for the connection itself, and nothing of what streams mean.
 */
export class Carrier<Stream extends StreamEnd = StreamEnd>
  implements MessageTaker, OutboxOwner, HeartbeatOwner
{
  readonly outbox: Outbox;
  readonly turns: Turns;
  readonly lending: Lending = new Lending();
  readonly #owner: CarrierOwner;
  readonly #inbox: Inbox;
  readonly #frame = new FrameReader();
  readonly #streams = new Map<number, Stream>();
  readonly #limits: Limits;
  #stream: Duplex;
  /** Undefined until the first word of the other end. */
  #peer: Peer | undefined;
  /** Streams whose readers have fallen behind, and this itself while it is held back. */
  readonly #full = new Set<object>();
  readonly #heartbeat: Heartbeat;
  #flushes = 0;
  #isHeldBack = false;

  /** `isOpen` is false while the connection is being made: what is written waits for `open`. */
  constructor(
    stream: Duplex,
    limits: Limits,
    owner: CarrierOwner,
    isOpen: boolean,
    heartbeat: HeartbeatSettings = defaultHeartbeat,
  ) {
    this.#stream = stream;
    this.#heartbeat = new Heartbeat(heartbeat, this);
    this.#limits = limits;
    this.#owner = owner;
    const cutter = streamFrames.cutter(dialects.binary.protocol, limits);
    this.#inbox = new Inbox(limits, cutter, this);
    this.outbox = new Outbox(stream, streamFrames, limits, this, isOpen);
    this.turns = new Turns(this.outbox);
    stream.on('drain', () => this.turns.goOn());
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** What the other end can do; undefined while that is not known. */
  get peer(): Peer | undefined {
    return this.#peer;
  }

  /** Whether nothing is read, because readers have fallen behind, here or at the other end. */
  get isPaused(): boolean {
    return this.#full.size > 0;
  }

  get size(): number {
    return this.#streams.size;
  }

  get streams(): Iterable<Stream> {
    return this.#streams.values();
  }

  /** True when a frame has begun and is not whole. */
  get isMidFrame(): boolean {
    return this.#inbox.isMidMessage;
  }

  /** Frames that have come. */
  get received(): number {
    return this.#inbox.taken;
  }

  /** The connection is there: what was written, and all that will be, goes to this stream. */
  open(stream: Duplex): void {
    if (stream !== this.#stream) stream.on('drain', () => this.turns.goOn());
    this.#stream = stream;
    this.outbox.open(stream);
  }

  has(sid: number): boolean {
    return this.#streams.has(sid);
  }

  add(stream: Stream): void {
    this.#streams.set(stream.sid, stream);
    this.#watch();
    this.#owner.changed();
  }

  remove(stream: Stream): void {
    if (!this.#streams.delete(stream.sid)) return;
    this.eased(stream);
    this.#watch();
    this.#owner.changed();
  }

  /** Its reader has fallen behind, and the other end does not heed that: nothing more is read of anybody. */
  full(stream: object): void {
    if (this.#full.size === 0) this.#stream.pause();
    this.#full.add(stream);
  }

  /** It has caught up. */
  eased(stream: object): void {
    if (this.#full.delete(stream) && this.#full.size === 0) this.#stream.resume();
  }

  /** Takes the first `length` bytes of a chunk. Throws a DecodeError for what is no frame. */
  receive(bytes: Buffer, length: number): void {
    this.#heartbeat.heard();
    this.outbox.hold();
    try {
      this.#inbox.push(bytes, length);
    } finally {
      this.outbox.release();
    }
    const { unsent } = this.outbox;
    // Messages wait for their turn; it is answers to what it sends that pile up.
    if (unsent > this.#limits.unsent)
      this.#owner.dead(`does not read what it is sent: ${unsent} bytes wait (limits.unsent)`);
  }

  take(r: ByteReader): boolean {
    const frame = this.#frame;
    frame.read(r);
    if (frame.sid === 0) this.#concern(frame);
    else {
      this.#acquaint(plain);
      const stream = this.#streams.get(frame.sid);
      // One that is not known has ended here, while the frame was on its way.
      if (stream !== undefined) deliver(stream, frame, r);
      else if (frame.type === frameType.header) this.#owner.begun(frame, r);
      else if (frame.type === frameType.reset) this.#owner.givenUp(frame, r);
    }
    r.pos = r.end;
    return !this.#isHeldBack;
  }

  flushed(): void {
    this.#flushes++;
    this.turns.goOn();
    this.#owner.flushed();
  }

  /** How often what was written has been handed to the connection. */
  get flushes(): number {
    return this.#flushes;
  }

  /** Reads nothing more, for the other end does not read either: not even what has come already. */
  holdBack(): void {
    if (this.#isHeldBack) return;
    this.#isHeldBack = true;
    this.full(this);
  }

  get isHeldBack(): boolean {
    return this.#isHeldBack;
  }

  /** Reads on after that. Throws a DecodeError for what is no frame. */
  readOn(): void {
    this.#isHeldBack = false;
    this.eased(this);
    this.outbox.hold();
    try {
      this.#inbox.resume();
    } finally {
      this.outbox.release();
    }
  }

  /** Says what this end can do. */
  introduce(): void {
    const texts: [string, string][] = [[CAPABILITIES, 'fc,ka,ex,mix'], ...grantTexts(WINDOW)];
    this.write(0, frameType.meta, '', new Map(texts));
  }

  /** Says that this end takes no more streams on this connection. */
  takeLeave(): void {
    this.write(0, frameType.meta, '', new Map([CRRST]));
  }

  /**
   * Writes a frame that is no message: `texts`, and what `body` writes. While another one is being written, which a
   * getter of its value may cause, it waits.
   */
  write(
    sid: number,
    type: FrameType,
    method: string,
    texts: Headers = noHeaders,
    body?: (w: ByteWriter, at: number) => number,
    envelope: Envelope = texts.size === 0 ? unadorned : { ...unadorned, headers: texts },
  ): void {
    if (this.outbox.isWriting) {
      return this.outbox.afterwards(() => this.write(sid, type, method, texts, body, envelope));
    }
    const out = this.outbox;
    try {
      const at = this.#begin(sid, type, method, envelope);
      out.commit(body === undefined ? at : body(out.writer, at), envelope);
    } finally {
      out.end();
    }
  }

  /** Writes a message, and gives its bytes. What it throws leaves no trace. */
  send(sid: number, method: string, form: MessageForm, value: unknown): number {
    const out = this.outbox;
    try {
      const at = this.#begin(sid, frameType.data, method, unadorned);
      const end = form.encode(out.writer, value, at);
      out.commit(end, unadorned);
      return end - at;
    } finally {
      out.end();
    }
  }

  ask(): void {
    this.write(0, frameType.meta, '', new Map([[PING, '1']]));
  }

  silent(): void {
    this.#owner.dead('does not answer any more');
  }

  /** Its timers, of a connection that is over. */
  stop(): void {
    this.#heartbeat.stop();
  }

  #begin(sid: number, type: FrameType, method: string, envelope: Envelope): number {
    header.seqid = sid;
    header.type = type;
    header.name = method;
    return this.outbox.begin(header, envelope);
  }

  /** What concerns the connection. Kitex sends nothing of the kind but `crrst`. */
  #concern({ type, headers }: FrameReader): void {
    if (type !== frameType.meta) return;
    const capabilities = headers.get(CAPABILITIES);
    if (capabilities !== undefined) {
      const all = capabilities.split(',');
      const initial = all.includes('fc') ? (readGrant(headers) ?? { messages: 0, bytes: 0 }) : undefined;
      this.#acquaint({ initial, answersPings: all.includes('ka'), mixes: all.includes('mix') });
      this.#owner.introduced();
    }
    if (saysGoodbye(headers)) this.#owner.drained();
    const ping = headers.get(PING);
    if (ping !== undefined) this.write(0, frameType.meta, '', new Map([[PONG, ping]]));
  }

  /** The first word counts. */
  #acquaint(peer: Peer): void {
    if (this.#peer !== undefined) return;
    this.#peer = peer;
    for (const stream of this.#streams.values()) stream.acquainted();
    this.#watch();
  }

  /** While there are streams, a peer that can tell has to tell now and then that it is there. */
  #watch(): void {
    if (this.#streams.size > 0 && this.#peer?.answersPings === true) this.#heartbeat.start();
    else this.#heartbeat.stop();
  }
}
