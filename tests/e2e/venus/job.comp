#version 450
layout(local_size_x = 64) in;
layout(binding = 0) buffer Words { uint words[]; };
void main()
{
    uint i = gl_GlobalInvocationID.x;
    words[i] = i * 2654435761u ^ (i >> 7);
}
