export * from './adx.ts';
export * from './atr.ts';
export * from './ema.ts';
export * from './persistence.ts';
