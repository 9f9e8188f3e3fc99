import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request's place in the order of answers. */
export interface Turn {
  /** Answers the request with what `send` writes to a response; nothing goes out for it without. */
  done(send?: (response: ServerResponse) => void): void;
}

interface WaitingTurn {
  isDone: boolean;
  send: ((response: ServerResponse) => void) | undefined;
}

/**
 * The responses of one connection. HTTP tells them apart by nothing but their order, and the client of libthrift (C++)
 * reads none to a oneway call: it would take that for the answer to its next call. A request that is not answered leaves
 * its response to the next one; the client sees what it would if there had been none.
 */
export class Responses {
  readonly #responses: ServerResponse[] = [];
  readonly #turns: WaitingTurn[] = [];

  /** A request has come, with the response that `node:http` has for it. */
  begin(response: ServerResponse): Turn {
    this.#responses.push(response);
    const turn: WaitingTurn = { isDone: false, send: undefined };
    this.#turns.push(turn);
    return {
      done: send => {
        turn.isDone = true;
        turn.send = send;
        this.#deliver();
      },
    };
  }

  /** The response that is due last, of those that somebody waits for. */
  get last(): ServerResponse | undefined {
    return this.#responses[this.#turns.length - 1];
  }

  #deliver(): void {
    while (this.#turns[0]?.isDone) {
      const { send } = this.#turns.shift()!;
      if (send !== undefined) send(this.#responses.shift()!);
    }
  }
}

/** Whether a client reads no answer to a oneway call. */
export function readsNoOnewayAnswers({ headers }: IncomingMessage): boolean {
  return /^Thrift\/.*\(C\+\+\/THttpClient\)$/.test(headers['user-agent'] ?? '');
}
