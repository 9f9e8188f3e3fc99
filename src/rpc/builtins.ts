/**
 * Node's own modules that many programs never need, loaded when first used: `node:tls` alone takes 3 ms of a program's
 * start on Node 20 and 11 to 13 on 22 and 24, about a quarter of all that this package takes; `node:http` up to 4.
 */
export const builtins = {
  get dns(): typeof import('node:dns/promises') {
    return process.getBuiltinModule('node:dns/promises');
  },
  get tls(): typeof import('node:tls') {
    return process.getBuiltinModule('node:tls');
  },
  get http(): typeof import('node:http') {
    return process.getBuiltinModule('node:http');
  },
  get https(): typeof import('node:https') {
    return process.getBuiltinModule('node:https');
  },
};
