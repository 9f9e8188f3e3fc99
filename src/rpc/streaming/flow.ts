import type { Headers } from '../../transport/envelope.ts';

/*
 * Flow control, which Kitex's streams do not have: each end of a stream says how many messages, and how many bytes of
 * them, it will take, and says again when they are taken. All of it travels in texts and frames that Kitex ignores.
 */

/** What either end can do beyond Kitex, in a Meta frame of the connection: `fc,ka,ex,mix`. */
export const CAPABILITIES = 'x-lt-caps';
/** Messages and bytes that may be sent: in a connection's Meta frame on each of its streams, else on this one. */
export const CREDIT = 'x-lt-credit';
export const CREDIT_BYTES = 'x-lt-bytes';

/** Leave to send. */
export interface Grant {
  readonly messages: number;
  readonly bytes: number;
}

/** What a stream may have sent at first, and the other end's reader not taken. */
export const WINDOW: Grant = Object.freeze({ messages: 512, bytes: 64 * 1024 });
/** As many times that a peer without flow control may be ahead, before nothing more is read from it. */
const UNASKED = 4;
/** As many times that it becomes for a reader that keeps up. */
const MOST = 16;
/** Bytes by which all the windows of a connection may grow together. */
const MOST_LENT = 32 * 1024 * 1024;

/** As texts of a frame. */
export function grantTexts({ messages, bytes }: Grant): [string, string][] {
  return [
    [CREDIT, String(messages)],
    [CREDIT_BYTES, String(bytes)],
  ];
}

/** The leave that texts give; undefined where they give none. Who counts no bytes gives any number of them. */
export function readGrant(headers: Headers): Grant | undefined {
  const messages = readCount(headers.get(CREDIT));
  if (messages === undefined) return undefined;
  return { messages, bytes: readCount(headers.get(CREDIT_BYTES)) ?? Number.POSITIVE_INFINITY };
}

function readCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** The leave that one stream has to send. The last message may go beyond the bytes, or none larger would ever go. */
export class Credit {
  #messages = 0;
  #bytes = 0;
  #isLimited = false;

  /** Whether a message may be sent. */
  get isLeft(): boolean {
    return !this.#isLimited || (this.#messages > 0 && this.#bytes > 0);
  }

  /** From now on the other end's leave is needed; what was sent before counts. */
  limit(initial: Grant): void {
    this.#isLimited = true;
    this.add(initial);
  }

  add({ messages, bytes }: Grant): void {
    this.#messages += messages;
    this.#bytes += bytes;
  }

  sent(bytes: number): void {
    this.#messages--;
    this.#bytes -= bytes;
  }
}

/** What the windows of a connection have grown by. */
export class Lending {
  #lent = 0;

  /** Lends so many bytes, if they are left. */
  take(bytes: number): boolean {
    if (this.#lent + bytes > MOST_LENT) return false;
    this.#lent += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#lent -= bytes;
  }
}

/**
 * How far the other end of one stream may be ahead of its reader here, and when it should be given leave again. The
 * window grows while the reader is the quicker one: memory is for those who use it up at once.
 */
export class Intake {
  readonly #lending: Lending;
  #units = 1;
  #messages = 0;
  #bytes = 0;
  /** The reader has had to wait since leave was given. */
  #ranDry = false;

  constructor(lending: Lending) {
    this.#lending = lending;
  }

  /** A message was taken; `left` others are there. */
  taken(bytes: number, left: number): void {
    this.#messages++;
    this.#bytes += bytes;
    if (left === 0) this.#ranDry = true;
  }

  /** Whether so much is more than the other end may have sent. Who does not ask for leave has more of it. */
  isExceeded(messages: number, bytes: number, asks: boolean): boolean {
    const units = asks ? this.#units : UNASKED;
    return messages > units * WINDOW.messages || bytes > units * WINDOW.bytes;
  }

  /** Whether there is room again for most of what the other end may send. */
  isEased(messages: number, bytes: number): boolean {
    return messages * 2 < this.#units * WINDOW.messages && bytes * 2 < this.#units * WINDOW.bytes;
  }

  /** Whether leave is worth a frame. */
  get isDue(): boolean {
    return !this.isEased(this.#messages, this.#bytes);
  }

  /** For as much as was taken since the last time, and more while the reader keeps up. */
  take(): Grant {
    const more = this.#ranDry && this.#units < MOST && this.#lending.take(this.#units * WINDOW.bytes);
    const grown = more ? this.#units : 0;
    const messages = this.#messages + grown * WINDOW.messages;
    const bytes = this.#bytes + grown * WINDOW.bytes;
    this.#units += grown;
    this.#messages = this.#bytes = 0;
    this.#ranDry = false;
    return { messages, bytes };
  }

  /** Gives back what the window has grown by. */
  end(): void {
    this.#lending.give((this.#units - 1) * WINDOW.bytes);
    this.#units = 1;
  }
}
