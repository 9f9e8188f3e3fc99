export const defaultGrace = 10000;
