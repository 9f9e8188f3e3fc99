/** A Map that can be closed against writing, as `Object.freeze` does for objects. */
export class SealedMap<K, V> extends Map<K, V> {
  #sealed = false;

  seal(): this {
    this.#sealed = true;
    return Object.freeze(this);
  }

  override set(key: K, value: V): this {
    this.#refuseIfSealed();
    return super.set(key, value);
  }

  override delete(key: K): boolean {
    this.#refuseIfSealed();
    return super.delete(key);
  }

  override clear(): void {
    this.#refuseIfSealed();
    super.clear();
  }

  #refuseIfSealed(): void {
    if (this.#sealed) throw new TypeError('a descriptor cannot be changed');
  }
}
