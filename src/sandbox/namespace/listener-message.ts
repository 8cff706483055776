/** What is said between the tool and the program that listens in a script's network. Both ends are of one version. */
export interface ListenRequest {
  readonly id: number;
  readonly host: string;
  readonly port: number;
}

/** Comes with the listening socket, or with the system's code of the error, `EADDRINUSE` for one. */
export interface ListenAnswer {
  readonly id: number;
  readonly error?: string | undefined;
}
