import type { Handler } from 'livethrift';
import type { PingPongModule } from './api.ts';

/** Prints what it receives. */
export const handler: Handler<PingPongModule['PingPong']> = {
  ping() {
    console.log('server: ping()');
    return 'pong';
  },

  login(username, password) {
    console.log(`server: login(${username}, ${password})`);
    return '登录成功!';
  },
};
