import type { FileSuite } from '../../config/suite-schema.ts';
import type { LoadedSut } from './load-sut.ts';
import type { PreparedByService } from './prepare-images.ts';

/** A Compose file with its images, for whoever runs it. */
export interface ReadySut {
  readonly loaded: LoadedSut;
  readonly settings: FileSuite;
  readonly images: PreparedByService;
  /** Whether any container runs the image under test, or one that was built from it. */
  readonly runsTested: boolean;
}
