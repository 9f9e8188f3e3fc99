import thrift from 'thrift';
import { RpcError } from '../errors/rpc-error.ts';
import { messageType } from '../protocol/types.ts';
import { toApplicationException } from '../rpc/application-exception.ts';
import { declaredResult } from '../rpc/declared.ts';
import type { Method } from '../rpc/method.ts';
import { ownWord } from '../rpc/own-word.ts';
import { MissingResult, undeclared } from '../rpc/server/failures.ts';
import { isThenable } from '../rpc/server/thenable.ts';
import type { ApacheMethod } from './methods.ts';
import { pour } from './pour.ts';
import type { ApacheProtocol } from './protocol.ts';
import { encoded, exceptionRecord, type WireRecord } from './records.ts';

export type AnyHandler = Readonly<Record<string, unknown>>;

/** How errors that no IDL declares are treated. */
export interface AnswerSettings {
  /** Whether callers are told their text. */
  readonly exposeErrors: boolean;
  /** Told in full of every error that its caller does not learn of. `method`: `PingPong.login`. */
  readonly onError: (error: unknown, context: { readonly method: string }) => void;
}

/** The answer to one call, written through the protocol that npm's server gives. The first one counts. */
export class Reply {
  readonly #output: ApacheProtocol;
  readonly #name: string;
  readonly #seqid: number;
  #given = false;

  constructor(output: ApacheProtocol, name: string, seqid: number) {
    this.#output = output;
    this.#name = name;
    this.#seqid = seqid;
  }

  /** True when the call is answered already. */
  get isGiven(): boolean {
    return this.#given;
  }

  /** Throws a ValueError for values that do not fit; nothing is written then. */
  give(record: WireRecord, values: unknown): void {
    this.#write(messageType.reply, record, values);
  }

  /** Answers with what no IDL declares. Not by npm's TApplicationException, which never writes its type (0.24). */
  fail(error: RpcError): void {
    this.#write(messageType.exception, exceptionRecord, toApplicationException(error));
  }

  #write(type: number, record: WireRecord, values: unknown): void {
    const body = encoded(record, values);
    const output = this.#output;
    this.#given = true;
    output.writeMessageBegin(this.#name, type, this.#seqid);
    pour(output, record.shape, body);
    output.writeMessageEnd();
    output.flush();
  }
}

/**
 * Runs a handler and answers for it; of a oneway call there is no `reply`. A function with more parameters than
 * the method declares gets a callback behind the arguments, as from generated processors.
 */
export function run(
  handler: AnyHandler,
  method: ApacheMethod,
  args: unknown[],
  reply: Reply | undefined,
  settings: AnswerSettings,
): void {
  const served = handler[method.name];
  const answers = new Answers(method.method, method.result, reply, settings);
  if (typeof served !== 'function') return answers.notServed();
  const { arity } = method.method;
  const takesCallback = reply !== undefined && served.length > arity;
  const callback = (error: unknown, value: unknown): void => {
    if (error === null || error === undefined) answers.succeed(value);
    else answers.fail(error);
  };
  try {
    const result: unknown = served.apply(handler, takesCallback ? [...args, callback] : args);
    if (takesCallback) Promise.resolve(result).catch(error => answers.fail(error));
    else if (isThenable(result)) {
      Promise.resolve(result).then(
        value => answers.succeed(value),
        error => answers.fail(error),
      );
    } else answers.succeed(result);
  } catch (error) {
    answers.fail(error);
  }
}

/** What may become of one call. */
class Answers {
  readonly #method: Method;
  readonly #result: WireRecord;
  readonly #reply: Reply | undefined;
  readonly #settings: AnswerSettings;

  constructor(method: Method, result: WireRecord, reply: Reply | undefined, settings: AnswerSettings) {
    this.#method = method;
    this.#result = result;
    this.#reply = reply;
    this.#settings = settings;
  }

  succeed(value: unknown): void {
    const method = this.#method;
    if (this.#reply === undefined || this.#reply.isGiven) return;
    try {
      if (!method.isVoid && (value === undefined || value === null))
        throw new MissingResult(`the handler returned nothing, expected ${method.descriptor.returns}`);
      this.#reply.give(this.#result, method.isVoid ? [] : [value]);
    } catch (error) {
      this.#failUndeclared(error);
    }
  }

  fail(error: unknown): void {
    // A second answer would be one to some other call.
    if (this.#reply?.isGiven) return this.#settings.onError(error, { method: this.#method.fullName });
    const values = declaredResult(this.#method, error);
    if (values === undefined || this.#reply === undefined) return this.#failUndeclared(error);
    try {
      this.#reply.give(this.#result, values);
    } catch (refused) {
      this.#failUndeclared(refused);
    }
  }

  notServed(): void {
    const { fullName } = this.#method;
    const why = `${fullName}: the method is declared, and not served here`;
    this.#failUndeclared(new RpcError('UNIMPLEMENTED', why));
  }

  #failUndeclared(error: unknown): void {
    const { fullName } = this.#method;
    const own = statusOf(error, fullName);
    if (own !== undefined && this.#reply !== undefined) return this.#reply.fail(own);
    this.#settings.onError(error, { method: fullName });
    this.#reply?.fail(undeclared(fullName, error, this.#settings.exposeErrors));
  }
}

/** What a handler means its caller to know: by an RpcError, or npm's own application exception. */
function statusOf(error: unknown, method: string): RpcError | undefined {
  if (!(error instanceof thrift.Thrift.TApplicationException)) {
    return ownWord(error, { method, deadline: Number.POSITIVE_INFINITY });
  }
  return new RpcError('INTERNAL', String(error.message ?? ''), { applicationType: error.type });
}
