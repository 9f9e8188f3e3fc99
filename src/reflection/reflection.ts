import { checkOptions } from '../options.ts';
import type { ServicePackage } from '../server.ts';
import { type Service, serviceDescriptor } from '../values/service.ts';
import { collect } from './collect.ts';
import { type Reflection, reflectionModule, type Schema } from './contract.ts';

export interface ReflectionOptions {
  /** The services that are told of. Default: all of the server, added sooner or later, but for this one. */
  readonly services?: readonly Service[];
}

export type ThriftReflection = Reflection['ThriftReflection'];

/**
 * A service that tells a server's IDL, for `server.add`: `loadFrom` and tools need no file then. Whoever can connect
 * reads the `.thrift` files of its services whole, with comments, and what these include; of where they are, no more
 * than is written in them.
 */
export function reflection(options: ReflectionOptions = {}): ServicePackage<ThriftReflection> {
  checkOptions('reflection', options, ['services']);
  options.services?.forEach(serviceDescriptor);
  const { ThriftReflection } = reflectionModule();
  return {
    service: ThriftReflection,
    exempt: true,
    handler(server) {
      let told: Schema | undefined;
      let count = 0;
      return {
        getThriftSchema() {
          const services = options.services ?? server.services.filter(one => one !== ThriftReflection);
          if (told === undefined || services.length !== count)
            told = collect(services.map(serviceDescriptor));
          count = services.length;
          return told;
        },
      };
    },
  };
}
