import type { DecodeError } from '../../errors/decode-error.ts';
import type { FrameReader } from '../../transport/stream-frames.ts';
import { frameType } from '../../transport/stream-frames.ts';
import type { ByteReader } from '../../wire/reader.ts';
import type { Carrier } from './carrier.ts';
import { Credit, grantTexts, Intake, readGrant } from './flow.ts';
import type { MessageForm, StreamForms } from './forms.ts';
import type { Here } from './in-context.ts';
import type { Incoming, IncomingOwner } from './incoming.ts';
import { type Outlet, Pump } from './pump.ts';
import { EXCEPTION, readDeclared } from './status.ts';
import type { StreamEnd } from './stream-end.ts';

/**
 * What both ends of a stream have in common: messages go out of a pump, as the other end and the connection allow, and
 * come into a queue, which the other end is told is emptied.
 */
export abstract class Stream implements StreamEnd, IncomingOwner, Outlet {
  readonly sid: number;
  readonly carrier: Carrier;
  /** The method's name, in each frame. */
  readonly method: string;
  readonly forms: StreamForms;
  protected readonly credit: Credit = new Credit();
  /** What the other end threw, which is about to end the stream. */
  protected declared: unknown;
  /** Nothing goes in or out any more. */
  protected isOver = false;
  readonly #incoming: Incoming;
  readonly #intake: Intake;
  readonly #outgoing: MessageForm | undefined;
  #pump: Pump | undefined;
  /** Its reader here has fallen behind. */
  #isFull = false;

  /** `outgoing` is the form of the messages that are pumped out, if any are. */
  constructor(
    sid: number,
    carrier: Carrier,
    method: string,
    forms: StreamForms,
    incoming: Incoming,
    outgoing: MessageForm | undefined,
  ) {
    this.sid = sid;
    this.carrier = carrier;
    this.method = method;
    this.forms = forms;
    this.#incoming = incoming;
    this.#intake = new Intake(carrier.lending);
    this.#outgoing = outgoing;
    incoming.owner = this;
  }

  abstract header(frame: FrameReader, r: ByteReader): void;
  abstract data(r: ByteReader): void;
  abstract trailer(frame: FrameReader, r: ByteReader): void;
  abstract reset(frame: FrameReader, r: ByteReader): void;
  abstract unfit(error: DecodeError): void;
  abstract acquainted(): void;
  abstract abandoned(): void;
  abstract silent(): void;
  abstract finished(): void;
  abstract failed(error: unknown): void;
  abstract closeFailed(error: unknown): void;

  meta({ headers }: FrameReader, r: ByteReader): void {
    const exception = headers.get(EXCEPTION);
    if (exception !== undefined) this.declared = readDeclared(this.forms, exception, r);
    const grant = readGrant(headers);
    if (grant === undefined) return;
    this.credit.add(grant);
    this.#pump?.resume();
  }

  taken(bytes: number): void {
    const intake = this.#intake;
    const { length, bytes: waiting } = this.#incoming;
    intake.taken(bytes, length);
    if (this.#isFull && intake.isEased(length, waiting)) this.eased();
    if (!intake.isDue || !this.#asks() || !this.carrier.has(this.sid)) return;
    this.carrier.write(this.sid, frameType.meta, this.method, new Map(grantTexts(intake.take())));
  }

  mayWrite(pump: Pump): boolean {
    return this.credit.isLeft && this.carrier.turns.mayWrite(pump);
  }

  write(value: unknown): void {
    const bytes = this.carrier.send(this.sid, this.method, this.#outgoing!, value);
    this.credit.sent(bytes);
    this.carrier.turns.wrote(this.#pump, bytes);
  }

  /** Begins to send what is in `source`. Throws a TypeError for what cannot be iterated over; `what` names it. */
  protected pump(source: unknown, what: string, here: Here | undefined = undefined): void {
    const pump = new Pump(source, what, this, here);
    // Who makes a source may take so long that nobody is there any more: it is closed.
    if (this.isOver) return pump.stop();
    this.#pump = pump;
    pump.resume();
  }

  protected resume(): void {
    this.#pump?.resume();
  }

  /** Takes a message into the queue. */
  protected receive(form: MessageForm, r: ByteReader): void {
    const incoming = this.#incoming;
    const before = incoming.bytes;
    const bytes = r.end - r.pos;
    incoming.push(form.decode(r), bytes);
    // Without its last message: of one that is larger than the window the other end did nothing wrong.
    if (this.#isFull || !this.#intake.isExceeded(incoming.length, before, this.#asks())) return;
    this.#isFull = true;
    this.carrier.full(this);
  }

  /** There is room for what comes. */
  protected eased(): void {
    this.#isFull = false;
    this.carrier.eased(this);
  }

  /**
   * Whether the other end asks for leave to send. While that is not known, it may. No getter, here and wherever a message
   * passes: of a private one V8 asks its runtime each time (measured, 2 % of a message).
   */
  #asks(): boolean {
    const { peer } = this.carrier;
    return peer === undefined || peer.initial !== undefined;
  }

  /** Lets go of everything. */
  protected over(): void {
    this.isOver = true;
    this.carrier.remove(this);
    this.#intake.end();
    const pump = this.#pump;
    if (pump === undefined) return;
    pump.stop();
    this.carrier.turns.leave(pump);
  }
}
