import type { Outbox } from '../outbox.ts';
import type { Pump } from './pump.ts';

/**
 * Bytes that may wait to be sent, above which no stream writes more messages. No less: a socket tells of its drain then.
 * To stop before the message that goes beyond it, so that one read takes all, saves a fifteenth of the work (measured), but
 * now and then a stream among a thousand had twice the messages of the others.
 */
const HIGH_WATER = 64 * 1024;
/** Bytes that one stream writes while others wait. */
const TURN = 16 * 1024;

/** Lets the streams of a connection write in turns, and no faster than the connection takes what they write. */
export class Turns {
  readonly #outbox: Outbox;
  readonly #waiting = new Set<Pump>();
  /** Who has the turn, and what it has written. */
  #current: Pump | undefined;
  #written = 0;
  #isScheduled = false;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  /** Whether this one may write a message now. After a no, its turn will come. */
  mayWrite(pump: Pump): boolean {
    const isItsTurn = pump !== this.#current || this.#written < TURN || this.#waiting.size === 0;
    const hasRoom = this.#hasRoom();
    if (isItsTurn && hasRoom) return true;
    this.#waiting.add(pump);
    if (hasRoom) this.goOn();
    return false;
  }

  wrote(pump: Pump | undefined, bytes: number): void {
    if (pump !== this.#current) {
      this.#current = pump;
      this.#written = 0;
    }
    this.#written += bytes;
  }

  leave(pump: Pump): void {
    this.#waiting.delete(pump);
    if (this.#current === pump) this.#current = undefined;
  }

  /** There may be room: those that wait go on, after whatever else the process has to do. */
  goOn(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#run();
    });
  }

  #hasRoom(): boolean {
    const { unsent, isWriting } = this.#outbox;
    return unsent < HIGH_WATER && !isWriting;
  }

  #run(): void {
    // Those that wait again meanwhile stand behind all others.
    let left = this.#waiting.size;
    for (const pump of this.#waiting) {
      if (left-- === 0 || !this.#hasRoom()) break;
      this.#waiting.delete(pump);
      this.#current = pump;
      this.#written = 0;
      pump.resume();
    }
    if (this.#hasRoom()) this.goOn();
  }
}
