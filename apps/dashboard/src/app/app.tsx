import { Pages } from './pages.js';

export function App() {
  return <Pages />;
}
