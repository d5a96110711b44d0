/** Whether the long runs are wanted too: `npm run test:soak`. */
export const soak = process.env.ALGO_SOAK !== undefined;
