import { describe, expect, it } from 'vitest';
import { parseMakefile } from './makefile.ts';

const MAKEFILE = `IMAGE := app
NAME = value: not a rule
build: Dockerfile # why
	docker build -t $(IMAGE) .
ifdef BUILD_NUM
	@docker tag $(IMAGE) $(IMAGE):$(BUILD_NUM)
endif

test lint: build
	-@./test.sh \\
	  --all
.PHONY: build test
`;

describe('a makefile', () => {
  it('has rules with what they need and do', () => {
    const targets = parseMakefile(MAKEFILE);

    expect([...targets.keys()]).toEqual(['build', 'test', 'lint', '.PHONY']);
    expect(targets.get('build')).toEqual({
      name: 'build',
      dependencies: ['Dockerfile'],
      recipe: [
        { text: 'docker build -t $(IMAGE) .', line: 4, isIgnored: false },
        { text: 'docker tag $(IMAGE) $(IMAGE):$(BUILD_NUM)', line: 6, isIgnored: false },
      ],
    });
    expect(targets.get('lint')).toEqual({
      name: 'lint',
      dependencies: ['build'],
      recipe: [{ text: './test.sh \\\n\t  --all', line: 10, isIgnored: true }],
    });
  });
});
