import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { Timeline } from '../../../../apps/dashboard/src/timeline/ui/timeline.js';
import '../../../../apps/dashboard/src/ui/theme.css';
import '../../../../apps/dashboard/src/ui/base.css';

const { document } = globalThis;
document.documentElement.dataset.theme = 'system';
const root = document.getElementById('root');
root.style.padding = '16px';
createRoot(root).render(createElement(Timeline, { url: '/timeline.fltl' }));
