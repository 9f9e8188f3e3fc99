import type { Headers } from '../../transport/envelope.ts';

/*
 * Flow control, which Kitex's streams do not have: each end of a stream says how many messages, and how many bytes of
 * them, it will take, and says again when they are taken. All of it travels in texts and frames that Kitex ignores.
 */

/** What either end can do beyond Kitex, in a Meta frame of the connection: `fc,ka,ex`. */
export const CAPABILITIES = 'x-lt-caps';
/** Messages and bytes that may be sent: in a connection's Meta frame on each of its streams, else on this one. */
export const CREDIT = 'x-lt-credit';
export const CREDIT_BYTES = 'x-lt-bytes';

/** What a stream may have sent and the other end's reader not taken: messages, and bytes of them. */
export const WINDOW: Grant = Object.freeze({ messages: 1024, bytes: 256 * 1024 });

/** Leave to send. */
export interface Grant {
  readonly messages: number;
  readonly bytes: number;
}

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

/** Counts what was taken of one stream, and says when the other end should be given leave for as much again. */
export class Intake {
  #messages = 0;
  #bytes = 0;

  taken(bytes: number): void {
    this.#messages++;
    this.#bytes += bytes;
  }

  /** Whether it is worth a frame. */
  get isDue(): boolean {
    return this.#messages * 2 >= WINDOW.messages || this.#bytes * 2 >= WINDOW.bytes;
  }

  /** What was taken since the last time. */
  take(): Grant {
    const grant = { messages: this.#messages, bytes: this.#bytes };
    this.#messages = this.#bytes = 0;
    return grant;
  }
}
