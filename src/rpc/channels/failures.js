import { RpcError } from '../../errors/rpc-error.ts';
function hint({ fresh, framing }) {
    const other = framing === 'framed' ? 'buffered' : 'framed';
    return fresh
        ? `; it has answered nothing so far: if it speaks another transport, try { transport: '${other}' }`
        : '';
}
/** The time of a call is over. */
export function expired(call, { peer }, connected, tip) {
    const { fullName: method } = call.method;
    const what = connected ? `no reply from ${peer}` : `no connection to ${peer}`;
    return new RpcError('DEADLINE_EXCEEDED', `${method}: ${what} within ${call.timeout} ms${tip}`, {
        method,
        peer,
    });
}
/** `expired`, with the advice for a peer that has never answered. */
export function noReply(call, circumstances) {
    return expired(call, circumstances, true, hint(circumstances));
}
/** A call whose time was over before it began. */
export function expiredBefore(call, peer) {
    const { fullName: method } = call.method;
    return new RpcError('DEADLINE_EXCEEDED', `${method}: a timeout of ${call.timeout} ms has already expired; nothing was sent`, {
        method,
        peer,
    });
}
/** The connection could not be made. */
export function unreachable(method, peer, cause) {
    const advice = {
        ECONNREFUSED: 'nothing listens there: is the server running?',
        ENOENT: 'there is no such socket: is the server running?',
        ENOTFOUND: 'the host name is not known',
        EAI_AGAIN: 'the host name could not be looked up',
        ETIMEDOUT: 'the host does not answer',
        EHOSTUNREACH: 'there is no route to the host',
        ENETUNREACH: 'there is no route to the network',
    };
    const why = advice[cause.code ?? ''] ?? cause.message;
    const code = cause.code === undefined ? '' : ` (${cause.code})`;
    const text = `${method === undefined ? '' : `${method}: `}cannot connect to ${peer}: ${why}${code}`;
    return new RpcError('UNAVAILABLE', text, { peer, cause, ...(method === undefined ? {} : { method }) });
}
/** The connection was lost while a call waited. */
export function lost(call, circumstances, cause, midReply) {
    const { fullName: method } = call.method;
    const { peer } = circumstances;
    const how = cause === undefined
        ? `${peer} closed the connection`
        : `the connection to ${peer} broke (${cause.code ?? cause.message})`;
    const when = midReply ? 'in the middle of a reply' : 'before the reply came';
    const tip = midReply ? '' : hint(circumstances);
    return new RpcError('UNAVAILABLE', `${method}: ${how} ${when}${tip}`, { method, peer, cause });
}
/** What came back is no reply. */
export function garbled(call, { peer }, why, cause) {
    const { fullName: method } = call.method;
    return new RpcError('INTERNAL', `${method}: ${why}; the connection to ${peer} was closed`, {
        method,
        peer,
        cause,
    });
}
/** A call that would have to wait for too much. */
export function exhausted(call, peer, what) {
    const { fullName: method } = call.method;
    return new RpcError('RESOURCE_EXHAUSTED', `${method}: ${what}; nothing was sent to ${peer}`, {
        method,
        peer,
    });
}
/** A call on a client or channel that was closed. */
export function closed(call, peer, cutOff) {
    const { fullName: method } = call.method;
    const text = cutOff
        ? `${method}: the client was closed before the reply came`
        : `${method}: the client is closed; nothing was sent`;
    return new RpcError(cutOff ? 'CANCELLED' : 'UNAVAILABLE', text, { method, peer });
}
/** What an answer in a dialect that was not expected suggests. */
export function dialectText(dialect, peer) {
    if (dialect === 'HTTP')
        return `${peer} answered in HTTP: is this port a web server?`;
    if (dialect === 'TLS')
        return `${peer} answered in TLS: does this port expect an encrypted connection?`;
    if (dialect === 'Thrift binary, framed')
        return `${peer} answered in frames: try { transport: 'framed' }`;
    if (dialect === 'Thrift binary, unframed')
        return `${peer} answered without frames: try { transport: 'buffered' }`;
    return `${peer} answered in ${dialect}, which this client does not speak`;
}
