// What both programs of this folder need: the dialects by name.
import thrift from 'thrift';

export const TRANSPORTS = { buffered: thrift.TBufferedTransport, framed: thrift.TFramedTransport };

export const PROTOCOLS = {
  binary: thrift.TBinaryProtocol,
  compact: thrift.TCompactProtocol,
  json: thrift.TJSONProtocol,
};
