import { Decimal } from '@algo/model';
import { z } from 'zod';

/** An exact amount of a quote currency. */
export const money = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,8})?$/, 'expected an amount such as 100000 or 2500.50')
  .transform((text) => Decimal.of(text));

/** An exact part of a whole, below 1. */
export const share = z
  .string()
  .regex(/^0\.\d{1,6}$/, 'expected a share below 1 such as 0.05')
  .transform((text) => Decimal.of(text));
