import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type TextMapGetter,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api';
import type { ClientInvocation, Invocation, ServerInvocation } from '../rpc/interceptor.ts';
import type { Metadata } from '../rpc/metadata.ts';

const setter: TextMapSetter<Metadata> = {
  set(metadata, name, value) {
    metadata.set(name, value);
  },
};

const getter: TextMapGetter<Metadata> = {
  keys: metadata => Array.from(metadata, ([name]) => name),
  // HTTP writes all names in lower case.
  get: (metadata, name) => metadata.get(name) ?? metadata.get(name.toLowerCase()),
};

/** What a call belongs to. */
export function parentOf(call: Invocation): Context {
  return call.side === 'client' ? callerOf(call) : senderOf(call);
}

/** Puts the trace into the metadata of a call, where that travels. */
export function inject(call: ClientInvocation, inside: Context): void {
  if (!call.hasHeaders) return;
  const { metadata } = call;
  // What was handed on with another trace does not go with this one.
  if (metadata.size > 0) for (const name of propagation.fields()) metadata.delete(name);
  propagation.inject(inside, metadata, setter);
}

/** Without a span around it, a call goes on with the trace that it was told to hand on. */
function callerOf({ metadata }: ClientInvocation): Context {
  const active = context.active();
  if (metadata.size === 0 || trace.getSpan(active) !== undefined) return active;
  return propagation.extract(active, metadata, getter);
}

/**
 * What came with a call says where it belongs, and not what is around it: that is whatever led to its bytes being read.
 * But a span of the same trace is that of what carries the call, HTTP for one, and comes between.
 */
function senderOf({ metadata }: ServerInvocation): Context {
  const sender = propagation.extract(ROOT_CONTEXT, metadata, getter);
  const active = context.active();
  const around = trace.getSpanContext(active);
  return around !== undefined && around.traceId === trace.getSpanContext(sender)?.traceId ? active : sender;
}
