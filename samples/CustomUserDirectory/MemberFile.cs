using System.Collections.Immutable;
using System.Text.Json;
using CleanSync.Application.Ports;

namespace CustomUserDirectory;

/// <summary>All members.</summary>
/// <param name="LastId">The last id that was given. None is given twice: CleanSync remembers whose it was.</param>
/// <param name="ById">The members.</param>
public sealed record Members(long LastId, ImmutableSortedDictionary<long, Member> ById)
{
    public static Members None { get; } = new(0, ImmutableSortedDictionary<long, Member>.Empty);

    public Members With(Member member) => this with { ById = ById.SetItem(member.Id, member) };
}

/// <summary>The file that keeps the members: the old state or the new one, whenever the power fails.</summary>
public sealed class MemberFile(string path)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    public Members Read()
    {
        if (!File.Exists(path))
            return Members.None;
        using var file = File.OpenRead(path);
        return JsonSerializer.Deserialize<Members>(file, Readable)!;
    }

    /// <exception cref="TransientException">It cannot be written now, and is as it was: the work is tried again later.</exception>
    public void Write(Members members)
    {
        try
        {
            using (var file = File.Create(path + ".new"))
            {
                JsonSerializer.Serialize(file, members, Readable);
                file.Flush(flushToDisk: true);
            }
            File.Move(path + ".new", path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new TransientException("members: the file cannot be written", inner: error);
        }
    }
}
