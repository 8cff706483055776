const { env } = process;
export const github = env;
