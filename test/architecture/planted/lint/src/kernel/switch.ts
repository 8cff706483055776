export function side(of: 'left' | 'right'): number {
  switch (of) {
    case 'left':
      return 1;
  }
  return 0;
}
