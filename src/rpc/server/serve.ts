import type { MethodDescriptor, StructDescriptor } from '../../schema/descriptor.ts';
import { type CallContext, runWithin } from '../context.ts';
import { declaredException } from '../declared.ts';
import { compose, type Interceptor, type ServerInvocation } from '../interceptor.ts';
import type { Metadata } from '../metadata.ts';
import { iteratedHere } from '../streaming/in-context.ts';
import type { Route } from './routes.ts';
import type { ServedRequest, ServingSettings } from './settings.ts';

/** How handlers are asked: with interceptors around them, and with `propagate`, in a context of their own. */
export function serveWith(
  interceptors: readonly Interceptor[],
  propagate: boolean,
): ServingSettings['serve'] {
  const serve = interceptors.length === 0 ? ask : intercepted(interceptors);
  if (!propagate) return serve;
  return (request, context) =>
    runWithin(context, () => {
      const given = serve(request, context);
      return request.method.streams ? iteratedHere(given) : given;
    });
}

function ask({ route, args }: ServedRequest, context: CallContext): unknown {
  return handle(route, args, context);
}

/**
 * Calls a handler, the context behind its arguments. Those of most methods are few: to make an array of them and to spread
 * that takes a tenth of the server's time for a call (measured).
 */
function handle({ target, run }: Route, args: readonly unknown[], context: CallContext): unknown {
  switch (args.length) {
    case 0:
      return run!.call(target, context);
    case 1:
      return run!.call(target, args[0], context);
    case 2:
      return run!.call(target, args[0], args[1], context);
    case 3:
      return run!.call(target, args[0], args[1], args[2], context);
    default:
      return run!.call(target, ...args, context);
  }
}

function intercepted(interceptors: readonly Interceptor[]): ServingSettings['serve'] {
  const chain = compose<IncomingCall>(interceptors, async call => {
    const { route, method } = call.request;
    const given = handle(route, call.args, call.context);
    // What interceptors have around it is there when it is iterated over, too: a span, a transaction.
    return method.streams ? iteratedHere(given) : given;
  });
  return (request, context) => chain(new IncomingCall(request, context), {});
}

/** A call as interceptors see it. */
class IncomingCall implements ServerInvocation {
  readonly side = 'server';
  readonly request: ServedRequest;
  readonly context: CallContext;
  args: readonly unknown[];

  constructor(request: ServedRequest, context: CallContext) {
    this.request = request;
    this.context = context;
    this.args = request.args;
  }

  get method(): string {
    return this.context.method;
  }

  get descriptor(): MethodDescriptor {
    return this.request.method.descriptor;
  }

  declared(error: unknown): StructDescriptor | undefined {
    return declaredException(this.descriptor, error);
  }

  get peer(): string {
    return this.context.peer;
  }

  get metadata(): Metadata {
    return this.context.metadata;
  }

  get deadline(): number {
    return this.context.deadline;
  }

  get signal(): AbortSignal {
    return this.context.signal;
  }

  get isAborted(): boolean {
    return this.context.isAborted;
  }
}
