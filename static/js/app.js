// Small improvements of pages that work without them.
export function start() {}
