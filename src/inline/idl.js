"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.idl = idl;
var load_ts_1 = require("../load.ts");
/**
 * Loads IDL that stands in the program, with types from the text itself: no file, nothing generated.
 */
function idl(text, options) {
    return (0, load_ts_1.loadSource)(text, options);
}
