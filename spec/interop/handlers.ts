import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamicModule } from '../../src/index.ts';

const echo = <T>(value: T): T => value;

function counter(): { count(by: number): void; counted(): number } {
  let total = 0;
  return {
    count(by) {
      total += by;
    },
    counted: () => total,
  };
}

const join = (truth: boolean, tiny: number, small: number, medium: number, large: bigint, text: string) =>
  [truth, tiny, small, medium, large, text].join('/');

/** The service of everything.thrift as every peer of this folder implements it. */
export function everything(module: DynamicModule): object {
  const fail = (how: string): number => {
    switch (how) {
      case 'notFound':
        throw new module.NotFound({ id: 404, message: 'no such thing: ü' });
      case 'denied':
        throw new module.Denied({
          reason: 'not yours',
          colour: module.Colour.BLUE,
          rights: ['read', 'write'],
          at: { x: -1, y: 1 },
        });
      case 'nothing':
        throw new module.Nothing();
      case 'undeclared':
        throw new Error('a detail of the server');
      default:
        return 0;
    }
  };

  return {
    ...counter(),
    ping: () => 'pong',
    nothing: () => {},
    echoBool: echo,
    echoI8: echo,
    echoI16: echo,
    echoI32: echo,
    echoI64: echo,
    echoDouble: echo,
    echoString: echo,
    echoBinary: echo,
    echoColour: echo,
    echoTexts: echo,
    echoScalars: echo,
    echoOptionals: echo,
    echoDefaults: echo,
    echoShape: echo,
    echoTree: echo,
    echoContainers: echo,
    echoKeyed: echo,
    extremes(which: string) {
      const found = module.EXTREMES.get(which);
      if (!found) throw new module.NotFound({ id: 0, message: which });
      return found;
    },
    defaults: () => ({}),
    unset: () => ({}),
    join,
    fail,
    failVoid(how: string) {
      fail(how);
    },
    missing: () => undefined,
    later: async (milliseconds: number, text: string) => {
      await sleep(milliseconds);
      return text;
    },
  };
}

/** The service of essentials.thrift, as thriftpy's server implements it. */
export function essentials(module: DynamicModule): object {
  const fail = (how: string): number => {
    switch (how) {
      case 'notFound':
        throw new module.NotFound({ id: 404, message: 'no such thing: ü' });
      case 'denied':
        throw new module.Denied({ reason: 'not yours', level: module.Level.HIGH, rights: ['read', 'write'] });
      case 'undeclared':
        throw new Error('a detail of the server');
      default:
        return 0;
    }
  };

  return {
    ...counter(),
    ping: () => 'pong',
    nothing: () => {},
    echoI64: echo,
    echoDouble: echo,
    echoBinary: echo,
    echoLevel: echo,
    echoTexts: echo,
    echoRecord: echo,
    echoDefaults: echo,
    echoEither: echo,
    echoTree: echo,
    defaults: () => ({}),
    unset: () => ({}),
    join,
    fail,
    failVoid(how: string) {
      fail(how);
    },
    missing: () => undefined,
  };
}
