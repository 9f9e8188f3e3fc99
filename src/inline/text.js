"use strict";
/**
 * The text as the parser wants it. TypeScript allows a tail call a thousand steps, so everything here takes large
 * bites: it splits at what is looked for, never character by character.
 */
Object.defineProperty(exports, "__esModule", { value: true });
