import type { Protocol } from '../protocol/protocol.ts';
import { type FieldDescriptor, resolve, type TypeDescriptor } from '../schema/descriptor.ts';
import { mayGenerate } from '../values/function-source.ts';
import { closureDecoder } from './closures/decode.ts';
import { closureEncoder } from './closures/encode.ts';
import type { Codec, CodecFinder, CodecMaker } from './codec.ts';
import { type CodecPlan, planOf, planTuple } from './plan.ts';
import { sourceMakers } from './source/printers.ts';

/**
 * How the functions are made: as source text for `new Function`, or as closures, where that is forbidden and for
 * protocols that nobody prints.
 */
export type Engine = 'source' | 'closures';

const closures: CodecMaker = { encoder: closureEncoder, decoder: closureDecoder };

/** The codecs of one protocol, made when first used and kept as long as their types. */
export class Codecs implements CodecFinder {
  readonly protocol: Protocol;
  readonly engine: Engine;
  readonly #maker: CodecMaker;
  readonly #made = new WeakMap<object, Codec>();

  constructor(protocol: Protocol, engine: Engine = mayGenerate() ? 'source' : 'closures') {
    this.protocol = protocol;
    const printers = engine === 'source' ? sourceMakers[protocol.name] : undefined;
    this.engine = printers === undefined ? 'closures' : 'source';
    this.#maker = printers ?? closures;
  }

  /** The codec of a type. Registered before its parts are looked at, so that types may contain themselves. */
  of(type: TypeDescriptor): Codec {
    const resolved = resolve(type);
    let codec = this.#made.get(resolved);
    if (codec === undefined) {
      codec = this.#lazy(() => planOf(resolved));
      this.#made.set(resolved, codec);
    }
    return codec;
  }

  /** The codec of a method's arguments or result: an array of values, in declaration order. */
  tuple(fields: readonly FieldDescriptor[]): Codec {
    return this.#lazy(() => planTuple(fields));
  }

  #lazy(plan: () => CodecPlan): Codec {
    const codec: Codec = {
      encode: (w, value, at, depth) => {
        codec.encode = this.#maker.encoder(plan(), this);
        return codec.encode(w, value, at, depth);
      },
      decode: (r, depth) => {
        codec.decode = this.#maker.decoder(plan(), this);
        return codec.decode(r, depth);
      },
    };
    return codec;
  }
}
