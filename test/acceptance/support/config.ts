/** What an engine under test starts with: as for a person at a terminal, all that this process has. */
export const inherited: Readonly<NodeJS.ProcessEnv> = process.env;
