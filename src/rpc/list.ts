/** What can be in a list. It is a link of it, so that being in one allocates nothing. */
export interface Linked<T> {
  before: T | undefined;
  after: T | undefined;
}

/** A list that anything can leave at any time: adding and removing cost the same however long it is. */
export class List<T extends Linked<T>> {
  #first: T | undefined;
  #last: T | undefined;

  get first(): T | undefined {
    return this.#first;
  }

  add(item: T): void {
    item.before = this.#last;
    item.after = undefined;
    if (this.#last === undefined) this.#first = item;
    else this.#last.after = item;
    this.#last = item;
  }

  /** Takes out an item of this list. */
  remove(item: T): void {
    if (item.before === undefined) this.#first = item.after;
    else item.before.after = item.after;
    if (item.after === undefined) this.#last = item.before;
    else item.after.before = item.before;
    item.before = item.after = undefined;
  }
}
