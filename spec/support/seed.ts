/**
 * Properties are tried with the same values in every run, so that what a run says is about the change at hand and
 * not about luck. `npm run fuzz` takes new ones.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: 20261121 });
