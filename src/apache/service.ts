import { checkOptions } from '../options.ts';
import type { ServiceDescriptor } from '../schema/descriptor.ts';
import { type Service, serviceDescriptor } from '../values/service.ts';
import type { AnswerSettings } from './answers.ts';
import { type ApacheClientClass, clientClass } from './client.ts';
import { type ApacheProcessorClass, processorClass } from './processor.ts';

export interface ApacheOptions {
  /** Tells callers the text of errors that no IDL declares, as npm's processors do. Default: false. */
  readonly exposeErrors?: boolean;
  /**
   * Told in full of every error that its caller only learns of as INTERNAL_ERROR, and of those of oneway calls.
   * `method` is such as `PingPong.login`. Default: `console.error`.
   */
  readonly onError?: (error: unknown, context: { readonly method: string }) => void;
}

/** What Apache's compiler generates for a service, as far as npm's `thrift` uses it. */
export interface ApacheService<S> {
  readonly Client: ApacheClientClass<S>;
  readonly Processor: ApacheProcessorClass<S>;
}

const services = new WeakMap<ServiceDescriptor, object>();

/**
 * A loaded service as npm's `thrift` takes it in place of generated code: `thrift.createClient(adapted, connection)`,
 * `thrift.createServer(adapted, handler)`, and so on for every connection, server, transport and protocol of that
 * package. Arguments and results are our values, with our checks: a ValueError for what does not fit comes before
 * anything is sent. What cannot be read is a TProtocolException of npm's, an answer that the IDL does not declare
 * a TApplicationException. Called again without options it gives the same classes.
 */
export function toApache<S extends Service>(service: S, options: ApacheOptions = {}): ApacheService<S> {
  const descriptor = serviceDescriptor(service);
  checkOptions('toApache', options, ['exposeErrors', 'onError']);
  const known = Object.keys(options).length === 0 ? services.get(descriptor) : undefined;
  if (known !== undefined) return known as ApacheService<S>;
  const { exposeErrors = false, onError = logError } = options;
  const settings: AnswerSettings = { exposeErrors, onError: guarded(onError) };
  const made = Object.freeze({
    Client: clientClass(descriptor),
    Processor: processorClass(descriptor, settings),
  });
  if (Object.keys(options).length === 0) services.set(descriptor, made);
  return made as unknown as ApacheService<S>;
}

/** What a hook throws must not reach npm's servers: they would end the connection, or the process. */
function guarded(onError: AnswerSettings['onError']): AnswerSettings['onError'] {
  return async (error, context) => {
    try {
      await onError(error, context);
    } catch (failure) {
      logError(failure, context);
    }
  };
}

function logError(error: unknown, { method }: { readonly method: string }): void {
  console.error(`livethrift: ${method}:`, error);
}
