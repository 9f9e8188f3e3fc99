import { Call } from '../../src/rpc/call.ts';
import { type CallSettings, defaultSettings } from '../../src/rpc/client/settings.ts';
import { dialects } from '../../src/rpc/dialect.ts';
import { serviceDescriptor } from '../../src/values/service.ts';
import { loaded } from './services.ts';

export interface Started {
  readonly call: Call;
  readonly result: Promise<unknown>;
}

/** A call of PingPong as clients make it, for a test to give to a channel. */
export function callOf(
  name: string,
  args: readonly unknown[] = [],
  timeout = 30_000,
  settings: Partial<CallSettings> = {},
): Started {
  const method = dialects.binary.methodsOf(serviceDescriptor(loaded.PingPong)).get(name)!;
  let call!: Call;
  const result = new Promise((resolve, reject) => {
    const callee = { method, name, service: 'PingPong' };
    call = new Call(callee, args, timeout, { ...defaultSettings, ...settings }, resolve, reject);
  });
  return { call, result };
}
