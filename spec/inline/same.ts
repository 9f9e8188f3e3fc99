/** True for types that are one and the same to the compiler, down to `readonly` and `?`. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** True for types that can stand for each other. */
export type Interchangeable<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** The members that are not the same in both. */
export type Differing<A, B> = {
  [K in keyof A | keyof B]: K extends keyof A & keyof B ? (Same<A[K], B[K]> extends true ? never : K) : K;
}[keyof A | keyof B];

/** Compiles where what is given is `true`. */
export function holds<_Claim extends true>(): void {}
