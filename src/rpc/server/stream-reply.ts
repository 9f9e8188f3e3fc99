import { RpcError } from '../../errors/rpc-error.ts';
import { type Headers, noHeaders } from '../../transport/envelope.ts';
import { frameType } from '../../transport/stream-frames.ts';
import { statusHeaders } from '../biz-status.ts';
import type { CallContext } from '../context.ts';
import type { Method } from '../method.ts';
import { ownWord } from '../own-word.ts';
import type { Carrier } from '../streaming/carrier.ts';
import type { MessageForm, StreamForms } from '../streaming/forms.ts';
import { declaredIn, EXCEPTION, exceptionBody } from '../streaming/status.ts';
import { MissingResult, undeclared } from './failures.ts';

/** Whose reply it is. */
export interface StreamReplyOwner {
  readonly sid: number;
  readonly carrier: Carrier;
  readonly forms: StreamForms;
  /** Whether its client is told what its handler threw. */
  readonly exposesErrors: boolean;
  /** For the operator: something was thrown that was not meant for the client, or that does not fit. */
  faulty(error: unknown): void;
}

/** What a server sends around the messages of a stream: the frame before them all, and the one that ends it. */
export class StreamReply {
  readonly #owner: StreamReplyOwner;
  readonly #method: Method;
  readonly #context: CallContext;
  #hasBegun = false;

  constructor(owner: StreamReplyOwner, method: Method, context: CallContext) {
    this.#owner = owner;
    this.#method = method;
    this.#context = context;
  }

  /** Makes sure of the one frame that comes before all others. Throws where what the handler gave for it does not fit. */
  begin(): void {
    if (!this.#hasBegun) this.#header();
  }

  #header(): void {
    this.#hasBegun = true;
    const { sid, carrier } = this.#owner;
    const { name } = this.#method;
    try {
      carrier.write(sid, frameType.header, name, this.#context.responseHeaders);
    } catch (unfit) {
      carrier.write(sid, frameType.header, name, noHeaders);
      throw unfit;
    }
  }

  /** Sends an answer that is no part of the stream. */
  answer(form: MessageForm, value: unknown): void {
    if (value === undefined || value === null) throw new MissingResult('the handler returned nothing');
    this.begin();
    const { sid, carrier } = this.#owner;
    carrier.send(sid, this.#method.name, form, value);
  }

  /** Ends what went well. */
  succeed(): void {
    this.#end(this.#trailers, undefined);
  }

  /**
   * Ends with what the handler threw, as no stream does that went well: as in a reply, and as a Kitex client understands
   * it. Gives the error that stands in the last frame, if one does.
   */
  fail(error: unknown): RpcError | undefined {
    const { forms, sid, carrier } = this.#owner;
    const { fullName, name } = this.#method;
    const status = ownWord(error, this.#context);
    try {
      const declared = declaredIn(fullName, forms, ['throws', 'receiveThrows'], error);
      if (declared !== undefined) {
        this.begin();
        carrier.write(sid, frameType.meta, name, new Map([[EXCEPTION, declared.id]]), declared.body);
        const text = error instanceof Error ? error.message : fullName;
        return this.#endByHeaders(new RpcError('UNKNOWN', text));
      }
      if (status !== undefined && status.applicationType === undefined) return this.#endByHeaders(status);
    } catch (unfit) {
      return this.#endFaulty(unfit);
    }
    return status === undefined ? this.#endFaulty(error) : this.#end(this.#trailers, status);
  }

  /** Ends what its handler has no say in. */
  refuse(why: RpcError): void {
    this.#end(noHeaders, why);
  }

  get #trailers(): Headers {
    return this.#context.trailingHeaders ?? noHeaders;
  }

  #endByHeaders(status: RpcError): RpcError | undefined {
    return this.#end(statusHeaders(status, this.#trailers), undefined, status);
  }

  /** With an error that was not meant for the client. */
  #endFaulty(error: unknown): RpcError | undefined {
    this.#owner.faulty(error);
    return this.#end(this.#trailers, this.#undeclared(error));
  }

  /** `status` is what the last frame tells, by its headers if not by `error`, and all it tells where these do not fit. */
  #end(
    texts: Headers,
    error: RpcError | undefined,
    status: RpcError | undefined = error,
  ): RpcError | undefined {
    try {
      this.begin();
      this.#trailer(texts, error);
      return error;
    } catch (unfit) {
      this.#owner.faulty(unfit);
      const told = status ?? this.#undeclared(unfit);
      try {
        this.#trailer(noHeaders, told);
      } catch {
        this.#trailer(noHeaders, new RpcError(told.code, ''));
      }
      return told;
    }
  }

  #trailer(texts: Headers, error: RpcError | undefined): void {
    const { sid, carrier } = this.#owner;
    const { name } = this.#method;
    carrier.write(sid, frameType.trailer, name, texts, error && exceptionBody(name, sid, error));
  }

  #undeclared(error: unknown): RpcError {
    return undeclared(this.#method.fullName, error, this.#owner.exposesErrors);
  }
}
