import type { MethodDescriptor, StructDescriptor } from '../../schema/descriptor.ts';
import { type CallContext, runWithin } from '../context.ts';
import { declaredException } from '../declared.ts';
import { compose, type Interceptor, type ServerInvocation } from '../interceptor.ts';
import type { Metadata } from '../metadata.ts';
import { iteratedHere } from '../streaming/in-context.ts';
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
  return route.run!.apply(route.target, followed(args, context));
}

/** Arguments with the context behind them. `push` would make room for sixteen more, for each call. */
function followed(args: readonly unknown[], context: unknown): unknown[] {
  const { length } = args;
  const all = new Array<unknown>(length + 1);
  for (let i = 0; i < length; i++) all[i] = args[i];
  all[length] = context;
  return all;
}

function intercepted(interceptors: readonly Interceptor[]): ServingSettings['serve'] {
  const chain = compose<IncomingCall>(interceptors, async call => {
    const { route, method } = call.request;
    const given: unknown = route.run!.apply(route.target, followed(call.args, call.context));
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
