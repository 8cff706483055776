/** A folder or file of this machine that a script mounts. */
export interface CarriedBind {
  /** Absolute, on this machine. */
  readonly real: string;
  /** Absolute, in the container. */
  readonly target: string;
  readonly isReadOnly: boolean;
}

/** What takes the place of a bind for an engine that does not see the files of this machine. */
export interface CarriedMount {
  readonly Type: 'volume';
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
  readonly VolumeOptions: {
    readonly Labels: Readonly<Record<string, string>>;
    readonly NoCopy: true;
  };
}

/**
 * Carries files to a container before it starts, and back when it has stopped. While it runs neither side sees what the
 * other writes.
 */
export interface FileCarrier {
  /** Absent for a file, which is put into the container itself. Makes a folder that is not there, as an engine does. */
  readonly mountFor: (bind: CarriedBind) => Promise<CarriedMount | undefined>;
  /** A container was made with these binds. */
  readonly made: (containerId: string, binds: readonly CarriedBind[]) => void;
  /** Before it starts. */
  readonly push: (containerId: string) => Promise<void>;
  /** When it may have stopped; while it runs nothing is done. Resolves with whether all is here. */
  readonly pull: (containerId: string) => Promise<boolean>;
  /** Before it is removed, whether it runs or not. */
  readonly pullLast: (containerId: string) => Promise<void>;
  readonly forget: (containerId: string) => void;
}
