import type { Handler } from 'livethrift';
import type { Folder } from './folder.ts';

type Module = typeof import('./greeter.thrift');

export const greeter: Handler<Module['Greeter']> = {
  SayHello: (name = 'stranger') => `Hello, ${name}!`,
  // With the digits of a float, as the original has it: Thrift knows doubles alone.
  Square: number => Number(Math.sqrt(number).toPrecision(8)),
};

export function fileController(folder: Folder): Handler<Module['FileController']> {
  return {
    Read: name => folder.read(name).catch(() => 'Error: read failed'),
    Write: (name, text) =>
      folder.write(name, text).then(
        () => 0,
        () => 1,
      ),
  };
}
