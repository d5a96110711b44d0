/** What an engine under test starts with: as for a person at a terminal, all that this process has. */
export const inherited: Readonly<NodeJS.ProcessEnv> = process.env;
const { PATH, NODE_COMPILE_CACHE } = process.env;
/** What a program of an image starts with: nothing of this machine but what was compiled before. */
export const bare: Readonly<NodeJS.ProcessEnv> = { PATH, NODE_COMPILE_CACHE };
/** Whether the long runs are wanted too: `npm run test:soak`. */
export const soak = process.env.ALGO_SOAK !== undefined;
/** How long a live account and a paper account trade beside each other. */
export const besideMinutes = Number(process.env.ALGO_BESIDE_MINUTES ?? '15');
/** The Python with which an outsider is played, where it is not the one in the path. */
export const python = process.env.ALGO_TEST_PYTHON ?? 'python3';
/** A program that takes `stop-node N` and `start-node N`: ends a node of the cluster as a crash does. */
export const clusterTool = process.env.ALGO_TEST_CLUSTER_TOOL;
