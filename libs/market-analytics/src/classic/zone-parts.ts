/** Parts of a zone in a list of numbers, and how many there are. */
export const PARTS = 8;
export const OPEN = 0;
export const LOW = 1;
export const HIGH = 2;
export const STRENGTH = 3;
export const IS_DEMAND = 4;
export const TOUCHES = 5;
export const TESTED = 6;
export const IS_BROKEN = 7;
