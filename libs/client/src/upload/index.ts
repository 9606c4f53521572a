export { uploadFile, type UploadManners, type UploadTarget } from './upload-file.js';
