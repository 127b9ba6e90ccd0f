// Flutter: the same with nothing but package:http. `token` comes from the site's backend, as for the page.
import 'dart:convert';
import 'dart:io';

import 'package:http/http.dart' as http;

const _version = {'Tus-Resumable': '1.0.0'};
const _part = 4 * 1024 * 1024;

/// Sends what is missing of [file] and returns the address of the task's status. [address] comes from [begin]; keep it
/// across restarts of the app, and begin anew where this throws because the upload is gone.
Future<String> resume(String address, File file) async {
  var gone = false;
  for (var failures = 0;;) {
    try {
      final head = await http.head(Uri.parse(address), headers: _version);
      gone = head.statusCode == 404 || head.statusCode == 410;
      if (head.statusCode != 200) throw HttpException('status ${head.statusCode}');
      final status = head.headers['focust-status-url'];
      if (status != null) return status;
      final offset = int.parse(head.headers['upload-offset']!);
      final reader = await file.open();
      await reader.setPosition(offset);
      final part = await reader.read(_part).whenComplete(reader.close);
      final sent = await http.patch(Uri.parse(address), body: part, headers: {
        ..._version,
        'Content-Type': 'application/offset+octet-stream',
        'Upload-Offset': '$offset',
      });
      if (sent.statusCode != 204) throw HttpException('status ${sent.statusCode}');
      failures = 0;
    } on Exception {
      if (gone || ++failures > 10) rethrow;
      await Future.delayed(Duration(seconds: failures * 2));
    }
  }
}

/// Begins an upload; [fields] are filename, trainer_id, course_id, module_id and lesson_id.
Future<String> begin(String server, String token, File file, Map<String, String> fields) async {
  final metadata = fields.entries.map((e) => '${e.key} ${base64.encode(utf8.encode(e.value))}').join(',');
  final answer = await http.post(Uri.parse('$server/upload/tus/'), headers: {
    ..._version,
    'Authorization': 'Bearer $token',
    'Upload-Length': '${await file.length()}',
    'Upload-Metadata': metadata,
  });
  if (answer.statusCode != 201) throw HttpException(answer.body);
  return answer.headers['location']!;
}
