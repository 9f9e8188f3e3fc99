import { RpcError } from '../../../errors/rpc-error.ts';
import type { Headers } from '../../../transport/envelope.ts';
import { type Messages, recognise, seenText } from '../../../transport/recognise.ts';
import { transports } from '../../../transport/transports.ts';
import type { Caller } from '../../context.ts';
import { endSoon } from '../../streams.ts';
import { type ConnectionOwner, ServerConnection } from '../connection.ts';
import type { Guest, Guests } from '../guests.ts';
import type { ServingSettings } from '../settings.ts';
import { closing } from './answer.ts';
import type { HttpExchange } from './exchange.ts';

/** What was POSTed, on its way to being answered: the body is a connection of its own, however short. */
export class PostedCalls implements Guest, ConnectionOwner {
  readonly #exchange: HttpExchange;
  readonly #caller: Caller;
  readonly #settings: ServingSettings;
  readonly #guests: Guests;
  #early: Buffer = Buffer.alloc(0);
  #connection: ServerConnection | undefined;

  constructor(exchange: HttpExchange, caller: Caller, settings: ServingSettings, guests: Guests) {
    this.#exchange = exchange;
    this.#caller = caller;
    this.#settings = settings;
    this.#guests = guests;
    guests.add(this);
    exchange
      .on('data', this.#listen)
      .on('error', ignore)
      .on('end', this.#ended)
      .on('close', () => {
        if (this.#connection === undefined) this.over();
      });
  }

  /** What came whole is answered; a body that is still on its way is not waited for. */
  drain(): void {
    if (this.#exchange.isWhole) return;
    this.#exchange.refuse(closing);
    if (this.#connection === undefined) endSoon(this.#exchange.resume());
    else this.#connection.leave();
  }

  destroy(): void {
    if (this.#connection === undefined) this.#exchange.destroy();
    else this.#connection.destroy();
  }

  over(): void {
    this.#guests.delete(this);
  }

  answering(headers: Headers): void {
    this.#exchange.tell(headers);
  }

  refused({ code, message: text }: RpcError): void {
    this.#exchange.refuse({ status: code === 'DEADLINE_EXCEEDED' ? 408 : 400, text });
  }

  readonly #listen = (chunk: Buffer) => {
    this.#early = this.#early.length === 0 ? chunk : Buffer.concat([this.#early, chunk]);
    const seen = recognise(this.#early, 0, this.#early.length);
    if (seen === undefined) return;
    if (seen.kind !== 'messages' && seen.kind !== 'unknown') {
      return this.#turnDown(`sent a body in ${seenText(seen)}, which is not served here`);
    }
    this.#serve(seen);
  };

  #serve({ protocol, transport }: Messages): void {
    const exchange = this.#exchange;
    exchange.off('data', this.#listen).pause().unshift(this.#early);
    const spoken = { protocol, transport: transports[transport] };
    this.#connection = new ServerConnection(exchange, spoken, this.#caller, this.#settings, this);
    exchange.resume();
  }

  readonly #ended = () => {
    if (this.#connection !== undefined) this.#connection.finish();
    else if (this.#early.length === 0) endSoon(this.#exchange);
    else this.#turnDown(`sent a body of ${this.#early.length} bytes, which is no message`);
  };

  #turnDown(why: string): void {
    const { peer } = this.#caller;
    const error = new RpcError('INVALID_ARGUMENT', `${peer} ${why}`, { peer });
    this.#settings.onError(error, { peer });
    this.refused(error);
    this.#exchange.off('data', this.#listen).off('end', this.#ended);
    endSoon(this.#exchange.resume());
  }
}

function ignore(): void {}
