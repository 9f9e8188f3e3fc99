import { type Handler, RpcError } from 'livethrift';

let orders = 0;

export const handler: Handler<typeof import('./orders.thrift').OrderHandler> = {
  create_order(phone, price, request_arg) {
    if (!(price > 0)) throw new RpcError('INVALID_ARGUMENT', `an order costs more than 0, not ${price}`);
    return JSON.stringify({ order: ++orders, phone, price, request_arg: Object.fromEntries(request_arg) });
  },
};
