import { type Handler, RpcError } from 'livethrift';

let orders = 0;

export const handler: Handler<typeof import('./orders.thrift').OrderHandler> = {
  create_order(phone, price, request_arg) {
    // Python's generated clients leave out what is None: it is undefined here.
    if (!phone) throw new RpcError('INVALID_ARGUMENT', 'an order needs a phone number');
    if (!(price > 0 && Number.isFinite(price)))
      throw new RpcError('INVALID_ARGUMENT', `an order costs a number above 0, not ${price}`);
    const extra = Object.fromEntries(request_arg ?? []);
    return JSON.stringify({ order: ++orders, phone, price, request_arg: extra });
  },
};
